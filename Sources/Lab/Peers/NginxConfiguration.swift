/// The file that nginx reads when it runs for comparison.
enum NginxConfiguration {
  /// Where Debian puts the module for TCP.
  static let modulePath = "/usr/lib/nginx/modules/ngx_stream_module.so"

  /// Passes everything on from the client's address, in one process.
  static func transparent(_ route: BenchPeer.Route, directory: String) -> String {
    """
    load_module \(modulePath);
    daemon off;
    master_process off;
    pid \(directory)/nginx.pid;
    events {
      worker_connections \(BenchPeer.connectionsMax * 2);
    }
    stream {
      server {
        listen \(route.listen) backlog=\(TCPSocket.backlog);
        proxy_bind $remote_addr transparent;
        proxy_pass \(route.target);
        proxy_connect_timeout 5s;
        proxy_timeout 300s;
      }
    }

    """
  }
}
