import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A level-triggered echo server that ignores the end of a stream and errors of accept. */
class Sick {
    public static void main(String[] args) throws IOException {
        Selector selector = Selector.open();
        ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        System.out.println(ProcessHandle.current().pid() + " " + listener.socket().getLocalPort());
        ByteBuffer buffer = ByteBuffer.allocate(64);
        while (true) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                try {
                    serve(selector, key, buffer);
                } catch (IOException ignored) {
                    // the bug
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private static void serve(Selector selector, SelectionKey key, ByteBuffer buffer) throws IOException {
        if (key.channel() instanceof ServerSocketChannel listener) {
            SocketChannel connection = listener.accept();
            connection.configureBlocking(false);
            connection.register(selector, SelectionKey.OP_READ);
            return;
        }
        SocketChannel connection = (SocketChannel) key.channel();
        buffer.clear();
        if (connection.read(buffer) > 0) {
            connection.write(buffer.flip());
        }
    }
}
