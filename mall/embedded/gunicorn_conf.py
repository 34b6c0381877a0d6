"""How gunicorn serves the embedded mall: no proxy in front, so threads and kept connections."""

import signal

from mall.embedded.processes import die_with_parent

workers = 2
preload_app = True  # read once for all workers, before they part
worker_class = "gthread"
threads = 2
keepalive = 30
timeout = 60
graceful_timeout = 2
max_requests = 5000
max_requests_jitter = 500
raw_env = [  # a payment channel that is slow holds all threads but one of each process, and nobody for long (test E4)
    f"MALL_PAYMENT_CALLS_EACH={threads - 1}",
    "MALL_PAYMENT_PATIENCE=3",
]
control_socket_disable = True
loglevel = "warning"


def post_fork(server, worker) -> None:
    """A worker whose master was killed would hold the port; it ends instead."""
    die_with_parent(signal.SIGKILL)
