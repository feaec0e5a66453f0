// expect: empty-wakeups
// load: echo 1
// A thread waits for a flag with parkNanos of 10 us, beside one that serves.
import java.net.*;
import java.util.concurrent.locks.LockSupport;

class ParkPoll {
  static volatile boolean done;

  public static void main(String[] args) throws Exception {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    System.out.println("listening " + server.getLocalPort());
    new Thread(() -> { while (!done) LockSupport.parkNanos(10_000); }, "waiter").start();
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
