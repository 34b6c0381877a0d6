from django.template import engines

from mall.appearance import chosen


def test_nothing_chosen_follows_the_system(rf):
    assert chosen(rf.get("/")) == "system"
    rf.cookies["appearance"] = "pink"
    assert chosen(rf.get("/")) == "system"


def test_a_choice_is_remembered_and_forgotten_without_a_script(client):
    answer = client.post("/appearance/", {"appearance": "dark", "next": "/backoffice/?page=2"})
    assert answer.headers["Location"] == "/backoffice/?page=2"
    assert answer.cookies["appearance"].value == "dark"
    assert answer.cookies["appearance"]["samesite"] == "Lax"

    assert client.post("/appearance/", {"appearance": "system"}).cookies["appearance"].value == ""


def test_a_choice_leads_nowhere_else(client):
    assert client.post("/appearance/", {"next": "https://elsewhere.example.com/"}).headers["Location"] == "/"
    assert client.get("/appearance/").status_code == 405


def test_the_frame_links_the_dark_as_chosen(rf):
    template = engines["django"].from_string('{% include "components/_dark.html" %}')
    assert "(prefers-color-scheme: dark)" in template.render({"appearance": "system"}, rf.get("/"))
    assert 'media="screen"' in template.render({"appearance": "dark"}, rf.get("/"))
    assert "dark.css" not in template.render({"appearance": "light"}, rf.get("/"))
