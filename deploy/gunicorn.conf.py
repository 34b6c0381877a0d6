"""gunicorn behind nginx, which holds slow clients and kept connections."""

import multiprocessing

bind = "0.0.0.0:8000"
workers = multiprocessing.cpu_count() + 1
preload_app = True  # read once for all workers, before they part
worker_tmp_dir = "/dev/shm"  # noqa: S108 – memory, not a disk that may stall the heartbeat
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
forwarded_allow_ips = "*"  # only nginx reaches this port
raw_env = [  # a payment channel that is slow holds half of the workers at most, and nobody for long (test E4)
    f"MALL_PAYMENT_CALLS={workers // 2}",
    "MALL_PAYMENT_PATIENCE=3",
]
control_socket_disable = True
accesslog = "-"
