"""What a person agreed to is written once; second factors, and where people are or were signed in, are nobody's business in the back office."""

from django.db import migrations

from mall.tenancy import AppendOnly, NotForShops


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
        ("mall", "0002_written_once"),
    ]

    operations = [
        NotForShops(
            "mfa_authenticator",
            "usersessions_usersession",
            "accounts_knowndevice",
            "accounts_signintrouble",
            "accounts_consent",
            "accounts_personalfile",
            "accounts_erasure",
        ),
        AppendOnly("accounts_consent"),
    ]
