// expect: healthy
// load: hold 1
// Computes in a pool of threads, with an idle listener.
import java.net.*;
import java.util.concurrent.*;

class BatchJob {
  static volatile double sink;

  public static void main(String[] args) throws Exception {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    System.out.println("listening " + server.getLocalPort());
    ExecutorService pool = Executors.newFixedThreadPool(1);
    pool.execute(() -> {
      double[][] a = new double[200][200], b = new double[200][200];
      for (int round = 1; ; round++)
        for (int i = 0; i < 200; i++)
          for (int j = 0; j < 200; j++) {
            double total = round;
            for (int k = 0; k < 200; k++) total += a[i][k] * b[k][j] + Math.sqrt(k);
            a[j][i] = total % 7;
            sink = total;
          }
    });
    while (true) server.accept();
  }
}
