import pytest
from django.template import engines
from django.utils import translation

from mall.charts import Chart, Series, csv_asked


def takings(**changes) -> Chart:
    facts = {
        "key": "takings",
        "title": "Takings",
        "labels": ["1 May", "2 May"],
        "series": [Series("Paid", [123_456, 0], "bar"), Series("Refunded", [0, None])],
        "unit": "money",
    }
    return Chart(**{**facts, **changes})


def page(rf, chart: Chart, address: str = "/") -> str:
    template = engines["django"].from_string('{% include "components/_chart.html" with chart=chart only %}')
    with translation.override("en"):
        return template.render({"chart": chart}, rf.get(address))


def test_the_table_behind_a_chart_says_every_value(rf):
    shown = page(rf, takings())

    assert 'data-kind="bar">Paid</th>' in shown
    assert 'data-value="123456"><span class="money"><small>¥</small>1,234<small>.56</small></span></td>' in shown
    assert "–</td>" in shown
    assert '<details class="chart-data" open>' in shown


def test_a_chart_links_its_csv_without_losing_the_rest_of_the_address(rf):
    assert 'href="?days=30&amp;csv=takings"' in page(rf, takings(), "/?days=30")


def test_nothing_is_drawn_of_nothing(rf):
    nothing = takings(series=[Series("Paid", [0, 0])])

    assert nothing.is_empty
    assert "data-chart-place" not in page(rf, nothing)


def test_counts_carry_their_unit(rf):
    assert 'data-unit="orders"' in page(rf, takings(unit="orders"))
    assert 'data-value="123456">123,456 orders</td>' in page(rf, takings(unit="orders"))


def test_csv_is_answered_for_the_chart_that_is_asked_for(rf):
    other = takings(key="other", title="Other")
    with translation.override("en"):
        answer = csv_asked(rf.get("/?csv=takings"), [other, takings()])

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="takings.csv"'
    assert answer.content.decode() == ("\ufeffPeriod,Paid,Refunded\r\n1 May,1234.56,0.00\r\n2 May,0.00,\r\n")


@pytest.mark.parametrize("address", ["/", "/?csv=", "/?csv=unknown"])
def test_other_addresses_are_pages(rf, address):
    assert csv_asked(rf.get(address), [takings()]) is None


def test_words_are_never_formulas():
    chart = takings(labels=["=1+1", "@now"], series=[Series("-2", [1, -1])], unit="", axis="+x")

    assert chart.as_csv() == "\ufeff'+x,'-2\r\n'=1+1,1\r\n'@now,-1\r\n"


def test_a_chart_that_does_not_add_up_is_refused():
    with pytest.raises(ValueError):
        takings(series=[Series("Paid", [1])])
    with pytest.raises(ValueError):
        takings(key="Über/csv")
    with pytest.raises(ValueError):
        Series("Paid", [], "pie")
