// expect: userland-loop
// load: echo 1
// A thread waits for a flag with Thread.yield, beside one that serves.
import java.net.*;

class YieldWait {
  static volatile boolean done;

  public static void main(String[] args) throws Exception {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    System.out.println("listening " + server.getLocalPort());
    new Thread(() -> { while (!done) Thread.yield(); }, "waiter").start();
    while (true) {
      Socket conn = server.accept();
      new Thread(() -> {
        byte[] buffer = new byte[4096];
        try {
          for (int n; (n = conn.getInputStream().read(buffer)) > 0; Thread.sleep(5)) conn.getOutputStream().write(buffer, 0, n);
        } catch (Exception ended) {
        }
      }).start();
    }
  }
}
