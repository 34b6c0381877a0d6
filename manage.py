#!/usr/bin/env python
"""Django's command line for the mall."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mall.settings")
    if "DATABASE_URL" not in os.environ:  # beside a running embedded mall, its servers are meant
        from mall.embedded import running_environment

        os.environ.update(running_environment())
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
