import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/p/%00/", "/search/?q=%00", "/c/a%00b/?page=2"])
def test_a_nul_character_in_an_address_is_answered_plainly(client, address):
    assert client.get(address).status_code == 400
