// expect: empty-wakeups
// also: unconsumed-readiness
// load: hold 2
// The thread's interrupt flag is set and never cleared: each select wakes itself through its eventfd.
import java.net.InetSocketAddress;
import java.nio.channels.*;

class InterruptedSelect {
  public static void main(String[] args) throws Exception {
    Selector selector = Selector.open();
    ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    System.out.println("listening " + server.socket().getLocalPort());
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    Thread.currentThread().interrupt();
    while (true) {
      selector.select();
      selector.selectedKeys().clear();
    }
  }
}
