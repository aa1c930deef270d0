"""An NPI registry that knows one person."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

NPI = "1234567893"


class Registry(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        basic = {"first_name": "ANNA", "last_name": "HALE", "status": "A"}
        results = [{"number": NPI, "enumeration_type": "NPI-1", "basic": basic}] if f"number={NPI}" in self.path else []
        body = json.dumps({"result_count": len(results), "results": results}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def start_registry() -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    Thread(target=server.serve_forever, daemon=True).start()
    return server
