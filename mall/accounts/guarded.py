"""What stands covered of people themselves."""

from mall.access.guarding import guard
from mall.accounts.models import User

guard(
    User,
    fields=["email", "display_name"],
    permission="accounts.view_user",
    owners=lambda person: (person.public_id,),
    told=lambda person: [person],
)
