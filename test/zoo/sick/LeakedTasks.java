// expect: empty-wakeups
// load: echo 1
// Four hundred periodic tasks of 5 ms that nobody cancelled, beside a thread that serves.
import java.net.*;
import java.util.concurrent.*;

class LeakedTasks {
  public static void main(String[] args) throws Exception {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    System.out.println("listening " + server.getLocalPort());
    ScheduledExecutorService pool = Executors.newScheduledThreadPool(2);
    for (int i = 0; i < 400; i++) pool.scheduleAtFixedRate(() -> {}, i * 12L, 5000, TimeUnit.MICROSECONDS);
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
