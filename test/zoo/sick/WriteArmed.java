// expect: unconsumed-readiness
// load: hold 3
// OP_WRITE stays set on connections that have nothing to write.
import java.net.InetSocketAddress;
import java.nio.channels.*;

class WriteArmed {
  public static void main(String[] args) throws Exception {
    Selector selector = Selector.open();
    ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    System.out.println("listening " + server.socket().getLocalPort());
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    while (true) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        if (!key.isAcceptable()) continue;
        SocketChannel conn = server.accept();
        conn.configureBlocking(false);
        conn.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      }
      selector.selectedKeys().clear();
    }
  }
}
