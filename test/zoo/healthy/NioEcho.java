// expect: healthy
// load: echo 16
// A selector loop as it should be.
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.*;

class NioEcho {
  public static void main(String[] args) throws Exception {
    Selector selector = Selector.open();
    ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    System.out.println("listening " + server.socket().getLocalPort());
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    while (true) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.isAcceptable()) {
          SocketChannel conn = server.accept();
          conn.configureBlocking(false);
          conn.register(selector, SelectionKey.OP_READ);
        } else {
          buffer.clear();
          SocketChannel conn = (SocketChannel) key.channel();
          if (conn.read(buffer) < 0) conn.close();
          buffer.flip();
          if (conn.isOpen()) conn.write(buffer);
        }
      }
      selector.selectedKeys().clear();
    }
  }
}
