"""`omnilink review`: who may be one person, shown and asked."""


def test_nobody_in_doubt_is_said(town):
    assert town.json("review") == {"cases": []}
    assert "nobody is in doubt" in town("review").stdout


def test_asking_needs_a_name(town):
    assert "--by" in town("review", "--ask", code=2).output
