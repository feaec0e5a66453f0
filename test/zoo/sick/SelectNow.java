// expect: empty-wakeups
// load: hold 3
// A selector loop on selectNow, which never blocks.
import java.net.InetSocketAddress;
import java.nio.channels.*;

class SelectNow {
  public static void main(String[] args) throws Exception {
    Selector selector = Selector.open();
    ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    System.out.println("listening " + server.socket().getLocalPort());
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    while (true) {
      if (selector.selectNow() == 0) continue;
      for (SelectionKey key : selector.selectedKeys()) ((ServerSocketChannel) key.channel()).accept().configureBlocking(false).register(selector, SelectionKey.OP_READ);
      selector.selectedKeys().clear();
    }
  }
}
