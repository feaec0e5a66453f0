// expect: error-loop
// load: halfclose 1; echo 2
// read = -1 (end of stream) is taken for "nothing yet"; the key stays ready.
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.*;

class ReadMinusOne {
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
          if (((SocketChannel) key.channel()).read(buffer) <= 0) continue;
          buffer.flip();
          ((SocketChannel) key.channel()).write(buffer);
        }
      }
      selector.selectedKeys().clear();
    }
  }
}
