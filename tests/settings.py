"""The mall as it is, with passwords that cost nothing."""

from mall.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
