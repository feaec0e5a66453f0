// expect: healthy
// load: http 4
// Allocates far more than it keeps: most of the CPU goes to the garbage collector.
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.*;

class GarbageCollector {
  static Object keep;

  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
    });
    server.start();
    System.out.println("listening " + server.getAddress().getPort());
    while (true) {
      Map<Integer, List<String>> map = new HashMap<>();
      for (int i = 0; i < 100_000; i++) map.computeIfAbsent(i % 5000, k -> new ArrayList<>()).add("value " + i);
      keep = map;
    }
  }
}
