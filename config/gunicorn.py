"""The web server: `gunicorn -c config/gunicorn.py config.wsgi`, behind a proxy that ends TLS.

The proxy takes slow senders upon itself; docs/operations.md says which limits it needs.
"""

from typing import Any

worker_class = "gthread"
workers = 2
threads = 4
# Of a worker that hangs; the seconds a request may go on after SIGTERM; an idle connection's.
timeout = 120
graceful_timeout = 10
keepalive = 5

# Addresses here are short: ids and a few filters.
limit_request_line = 2048
limit_request_fields = 64
limit_request_field_size = 8190

# Nobody but the proxy on this machine says what the outer scheme was.
forwarded_allow_ips = "127.0.0.1,::1"
header_map = "drop"

# The product logs each request's route and status. Lines of the server's own would repeat paths
# and query strings.
accesslog = None
errorlog = "-"
loglevel = "warning"

# It would lie in the home folder, where two copies meet.
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Once requests come, what the server says of them goes the product's way: no foreign text."""
    worker.log.error_log.handlers.clear()
    worker.log.error_log.propagate = True
