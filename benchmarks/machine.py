"""The speed of the machine, measured beside every figure: it drifts, and a figure without it says little."""

import os
import time

import psycopg2

PYTHON_STEPS = 2_000_000
SQL_ROWS = 2_000_000
COMMITS = 100


def speed(owner_url: str) -> dict:
    """Fixed work in Python, in SQL, and in commits that wait for the disk; each as a rate, higher is faster."""
    connection = psycopg2.connect(owner_url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS benchmark_commits (n int)")
            return {
                "python_steps_per_s": _rate(PYTHON_STEPS, _python),
                "sql_rows_per_s": _rate(SQL_ROWS, lambda: _sql(cursor)),
                "commits_per_s": _rate(COMMITS, lambda: _commits(cursor)),
            }
    finally:
        connection.close()


def described(before: dict, after: dict) -> dict:
    """Both measurements and how far the machine drifted between them (its worst rate, in per cent)."""
    drift = max(abs(after[name] / before[name] - 1) for name in ("python_steps_per_s", "sql_rows_per_s"))
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
        "before": before,
        "after": after,
        "drift_percent": round(drift * 100, 1),
    }


def _rate(count: int, work) -> int:
    started = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - started))


def _python() -> int:
    total = 0
    for number in range(PYTHON_STEPS):
        total += number * number % 7
    return total


def _sql(cursor) -> None:
    cursor.execute("SELECT sum(n * n %% 7) FROM generate_series(1::bigint, %s) AS n", [SQL_ROWS])


def _commits(cursor) -> None:
    for number in range(COMMITS):
        cursor.execute("INSERT INTO benchmark_commits VALUES (%s)", [number])
