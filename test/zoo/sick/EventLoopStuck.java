// expect: userland-loop
// also: healthy
// finding: userland-loop
// load: bytes 2
// The thread of an event loop goes round in its own code on what a client sent.
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.*;

class EventLoopStuck {
  static int frames;

  static void decode(ByteBuffer in) {
    while (in.hasRemaining()) {
      int length = in.getShort(in.position() + 3);
      if (in.remaining() >= length + 5) in.position(in.position() + length + 5);
      frames++;
    }
  }

  public static void main(String[] args) throws Exception {
    Selector selector = Selector.open();
    ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    System.out.println("listening " + server.socket().getLocalPort());
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    new Thread(() -> {
      try {
        while (true) {
          selector.select();
          for (SelectionKey key : selector.selectedKeys()) {
            if (key.isAcceptable()) server.accept().configureBlocking(false).register(selector, SelectionKey.OP_READ);
            else {
              ByteBuffer in = ByteBuffer.allocate(4096);
              ((SocketChannel) key.channel()).read(in);
              decode(in.flip());
            }
          }
          selector.selectedKeys().clear();
        }
      } catch (Exception ended) {
      }
    }, "nioEventLoopGroup-2-1").start();
    Thread.sleep(Long.MAX_VALUE);
  }
}
