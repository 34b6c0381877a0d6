"""People and where their parcels go."""

from mall.accounts.addresses import save_address
from mall.accounts.models import Address, User
from mall.divisions import divisions_of, find
from tests.factories import number


def shopper(**fields) -> User:
    """A person who can sign in (``client.force_login``, or with ``password=``)."""
    fields.setdefault("email", f"shopper{number()}@example.com")
    return User.objects.create_user(**fields)


def staff(*, superuser: bool = True, **fields) -> User:
    """A person who works for the platform; with ``superuser=False`` she holds no permission yet."""
    fields.setdefault("email", f"staff{number()}@example.com")
    return User.objects.create_user(is_staff=True, is_superuser=superuser, **fields)


def address(shopper: User, **fields) -> Address:
    """Where she lives; whoever names another province or city lives in its first city and district unless she says."""
    said = {
        "consignee": "张小云",
        "phone": "19900000001",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "line": "文三路 1 号",
        **fields,
    }
    city = find(said["province"], said["city"])
    if city is None:  # of a time before divisions were checked
        row = save_address(shopper=shopper, fields=said | {"province": "浙江", "city": "杭州", "district": ""})
        Address.objects.filter(pk=row.pk).update(**{name: said[name] for name in ("province", "city", "district")})
        row.refresh_from_db()
        return row
    if "district" not in fields and find(said["province"], said["city"], said["district"]) is None:
        said["district"] = next((one.name for one in divisions_of(city)), "")
    return save_address(shopper=shopper, fields=said)
