"""The mall as it is, with passwords that cost nothing and wrong ones that are told at once."""

from mall.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MALL_EVEN_SECONDS = 0
