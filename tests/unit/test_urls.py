# SPDX-License-Identifier: Apache-2.0
"""URLs: what is masked, what a template becomes, what the cell0 database is called."""

import string
import urllib.parse

import oslo_messaging
import sqlalchemy
from hypothesis import assume, example, given
from hypothesis import strategies as st
from oslo_config import cfg

from nova_api_db import exception, urls
from tests import base

DATABASE = "mysql+pymysql://dbu:dbp@192.0.2.1:3306/nova?charset=utf8"
TRANSPORT = "rabbit://u1:p1@h1:5672,u2:p2@h2:5673/vh?ssl=1"
SEVERAL = (
    "{scheme}://{username1}:{password1}@{hostname1}:{port1},"
    "{username2}:{password2}@{hostname2}:{port2}/{path}?{query}"
)
WHOLE = "{scheme}://{username}:{password}@{hostname}:{port}/{path}?{query}"

# What a password may hold that is in no other part of the URLs built here.
passwords = st.text(
    st.sampled_from("PQRS0123456789@:/%?#,;&=+ []{}'\"\\ÄÖ漢") | st.characters(codec="utf-8"),
    min_size=3,
    max_size=24,
).filter(lambda text: not any(character in string.ascii_lowercase for character in text))


def _shown(url, *passwords):
    """Return those of the passwords that the masked URL shows, and would not show by chance."""
    masked = urls.mask(url.format(*passwords))
    by_chance = urls.mask(url.format(*("x" for _ in passwords)))
    return [text for text in passwords if text in masked and text not in by_chance]


class MaskTest(base.TestCase):
    url: str
    masked: str
    scenarios = [
        (url, {"url": url, "masked": masked})
        for url, masked in {
            "mysql+pymysql://u:secret@h/nova": "mysql+pymysql://u:****@h/nova",
            "mysql+pymysql://u:secret@h:3306/nova?charset=utf8": (
                "mysql+pymysql://u:****@h:3306/nova?charset=utf8"
            ),
            "mysql+pymysql://u:secret@[::1]:3306/nova": "mysql+pymysql://u:****@[::1]:3306/nova",
            "mysql+pymysql://root@127.0.0.1/nova": "mysql+pymysql://root@127.0.0.1/nova",
            "mysql+pymysql:///nova?unix_socket=/run/mysqld.sock": (
                "mysql+pymysql:///nova?unix_socket=/run/mysqld.sock"
            ),
            "mysql://u:p@ss:w/or%64?#@h/nova": "mysql://u:****@h/nova",
            "mysql://u:one,two@h/nova": "mysql://u:****@h/nova",
            "mysql://u:secret": "mysql://u:****",
            "mysql://u:secret/nova": "mysql://u:****/nova",
            "mysql://h/nova?user=u&passwd=secret": "mysql://h/nova?user=u&passwd=****",
            "mysql://h/nova?ssl_key=%2Fk.pem&charset=utf8": "mysql://h/nova?ssl_key=****&charset=utf8",
            "mysql://h/nova?p%61ssword=secret": "mysql://h/nova?p%61ssword=****",
            "mssql://?odbc_connect=UID%3Du%3BPWD%3Dsecret": "mssql://?odbc_connect=****",
            "sqlite://": "sqlite://",
            "sqlite:///nova.sqlite": "sqlite:///nova.sqlite",
            "sqlite:////var/lib/no:va@home/nova.sqlite": (
                "sqlite:////var/lib/no:va@home/nova.sqlite"
            ),
            "none:///": "none:///",
            "none://": "none://",
            "none:/": "none:/",
            "fake:": "fake:",
            "rabbit://": "rabbit://",
            "rabbit://h1,h2:5672/vh": "rabbit://h1,h2:5672/vh",
            "rabbit://u1:p1@h1,u2:p2@h2/vh": "rabbit://u1:****@h1,u2:****@h2/vh",
            "rabbit://u1:p1@h1:5672,u2:p2@[::1]:5673/vh?ssl=1": (
                "rabbit://u1:****@h1:5672,u2:****@[::1]:5673/vh?ssl=1"
            ),
            "rabbit://u1:p1@h1:5672,u2:p2/vh": "rabbit://u1:****@h1:****/vh",
            WHOLE: WHOLE,
            "{scheme}://{username1}:{password1}@{hostname1}:{port1}/": (
                "{scheme}://{username1}:{password1}@{hostname1}:{port1}/"
            ),
            "{scheme}://u:secret@{hostname}/{path}": "{scheme}://u:****@{hostname}/{path}",
            "u:secret@h/nova": "u:****",
            "mysql:/u:secret@h/nova": "mysql:/****",
            "mysql//u:secret@h/nova": "****",
            "u:secret://h/nova": "u:****",
            "secret": "****",
            "": "",
        }.items()
    ]

    def test_mask(self):
        self.assertEqual(self.masked, urls.mask(self.url))


class MaskPropertyTest(base.TestCase):
    def test_mask_of_nothing_is_empty(self):
        self.assertEqual("", urls.mask(None))

    @given(passwords)
    @example("p@ss")
    @example("p/w@1")
    @example("a@b/?#c@d")
    def test_mask_never_shows_a_database_password(self, password):
        for url in (
            "mysql://u:{}@h:3306/db?charset=utf8",
            "mysql:///u:{}@h/db",
            "u:{}@h/db",
            "mysql:/u:{}@h/db",
        ):
            self.assertEqual([], _shown(url, password))

    @given(passwords, passwords)
    def test_mask_never_shows_a_transport_password(self, first, second):
        # A raw comma after a raw @ starts another server: so does every reader of such a URL.
        assume("," not in first + second)
        self.assertEqual([], _shown("rabbit://u:{}@h:5672,v:{}@i:5672/vh", first, second))

    @given(st.text(min_size=1), st.text(min_size=1))
    def test_mask_keeps_the_shape_of_a_well_written_url(self, user, password):
        user, password = urllib.parse.quote(user, ""), urllib.parse.quote(password, "")
        self.assertEqual(
            f"mysql://{user}:****@h:3306/db?charset=utf8",
            urls.mask(f"mysql://{user}:{password}@h:3306/db?charset=utf8"),
        )

    @given(st.text())
    def test_mask_takes_any_text_and_is_stable(self, text):
        self.assertEqual(urls.mask(text), urls.mask(urls.mask(text)))


class SplitTest(base.TestCase):
    @given(st.text(alphabet="ab:/?#@%[]{}."))
    def test_the_parts_are_the_text_they_came_from(self, text):
        url = f"mysql://{text}"
        self.assertEqual(url, str(urls.split(url)))

    def test_no_scheme_is_no_url(self):
        for text in ("", "nova", "://h/nova", "a/b://h", "u:p@h"):
            self.assertIsNone(urls.split(text))

    def test_a_raw_slash_in_a_password_belongs_to_it(self):
        url = "mysql+pymysql://u:p/w@h/nova"
        self.assertEqual(sqlalchemy.make_url(url).database, "nova")
        parts = urls.split(url)
        assert parts is not None
        self.assertEqual("/nova", parts.path)


class TemplateContractTest(base.TestCase):
    """Templates that Nova stores become what Nova makes of them."""

    numbered: bool
    template: str
    expanded: str
    scenarios = [
        (template, {"numbered": numbered, "template": template, "expanded": expanded})
        for numbered, template, expanded in (
            (False, WHOLE, DATABASE),
            (
                False,
                "{scheme}://{username}:{password}@{hostname}/other?{query}#{fragment}",
                "mysql+pymysql://dbu:dbp@192.0.2.1/other?charset=utf8#",
            ),
            (False, "plain://x/{unknown}", "plain://x/{unknown}"),
            (False, "plain://x/{", "plain://x/{"),
            (False, "{scheme}://{0}", "{scheme}://{0}"),
            (False, "{scheme}://{{x}}", "mysql+pymysql://{x}"),
            (
                True,
                SEVERAL,
                TRANSPORT,
            ),
            (True, WHOLE + "&x={port2}", TRANSPORT + "&x=5673"),
            (True, "{scheme}://{username3}", "{scheme}://{username3}"),
            (True, "none:///", "none:///"),
        )
    ]

    def test_expand(self):
        base_url = TRANSPORT if self.numbered else DATABASE
        expanded = urls.expand(self.template, base_url, numbered=self.numbered)
        self.assertEqual(self.expanded, expanded)


class TemplateTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(urls.set_bases)

    def test_without_a_base_a_template_stays_as_it_is(self):
        urls.set_bases(database=None, transport="")
        self.assertEqual(WHOLE, urls.expand_database(WHOLE))
        self.assertEqual(WHOLE, urls.expand_transport(WHOLE))

    def test_each_kind_has_its_base(self):
        urls.set_bases(database=DATABASE, transport=TRANSPORT)
        self.assertEqual(DATABASE, urls.expand_database(WHOLE))
        self.assertEqual(TRANSPORT, urls.expand_transport(WHOLE))

    def test_percent_encoding_survives(self):
        base_url = "mysql://u%25:p%40ss%2F@h/nova?x=%7B"
        self.assertEqual(
            "mysql://u%25:p%40ss%2F@h/nova_cell1?x=%7B",
            urls.expand(
                "{scheme}://{username}:{password}@{hostname}/{path}_cell1?{query}", base_url
            ),
        )

    def test_braces_in_the_base_are_not_expanded_again(self):
        self.assertEqual("mysql://u:{port}@h/", urls.expand(WHOLE[:-8], "mysql://u:{port}@h/"))

    def test_what_the_base_does_not_have_leaves_a_url_that_a_driver_reads(self):
        for base_url in ("mysql+pymysql://u@h/nova", "mysql+pymysql://h/nova", "sqlite:////a/b"):
            expanded = urls.expand(WHOLE, base_url)
            self.assertEqual(sqlalchemy.make_url(base_url), sqlalchemy.make_url(expanded), expanded)

    def test_what_the_transport_base_does_not_have_leaves_a_url_that_the_bus_reads(self):
        conf = cfg.ConfigOpts()
        template = "{scheme}://{username1}:{password1}@{hostname1}:{port1}/{path}?{query}"
        for base_url in ("rabbit://u@h/vh", "rabbit://h", "rabbit://", "rabbit://u:p@[::1]:5/"):
            expanded = urls.expand(template, base_url, numbered=True)
            self.assertEqual(
                oslo_messaging.TransportURL.parse(conf, base_url).hosts or [],
                [
                    host
                    for host in oslo_messaging.TransportURL.parse(conf, expanded).hosts
                    if host.hostname
                ],
            )

    def test_an_absolute_sqlite_path_stays_absolute(self):
        self.assertEqual(
            "sqlite:////var/lib/nova.sqlite",
            urls.expand("{scheme}:///{path}", "sqlite:////var/lib/nova.sqlite"),
        )

    def test_brackets_of_the_template_are_not_doubled(self):
        base_url = "mysql://u:p@[::1]:3306/nova"
        for template in ("{scheme}://[{hostname}]:{port}/", "{scheme}://{hostname}:{port}/"):
            self.assertEqual("mysql://[::1]:3306/", urls.expand(template, base_url))

    def test_a_base_that_is_no_url_is_named_without_its_password(self):
        error = self.assertRaises(
            exception.ConfigurationError, urls.expand, WHOLE, "u:secret@h/nova"
        )
        self.assertNotIn("secret", str(error))

    @given(
        st.text(string.ascii_letters + string.digits + "%._-", min_size=1),
        st.text(string.ascii_letters + string.digits + "%:._-~!$&'()*+,;=", min_size=1),
        st.integers(1, 65535),
    )
    def test_the_whole_template_gives_back_its_base(self, user, password, port):
        base_url = f"mysql+pymysql://{user}:{password}@h:{port}/nova?charset=utf8"
        self.assertEqual(base_url, urls.expand(WHOLE, base_url))


class CheckTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(urls.set_bases)

    def test_templates_are_not_held_against_the_form_of_a_url_before_they_are_filled(self):
        for base_url in (None, DATABASE):
            urls.set_bases(database=base_url)
            urls.check_database(WHOLE)
            urls.check_database("mysql://u:p@h:{port}/nova")

    def test_numbered_fields_are_known_for_transports(self):
        for base_url in (None, TRANSPORT):
            urls.set_bases(transport=base_url)
            urls.check_transport("{scheme}://{username2}:{password2}@{hostname2}:{port2}/")
        self.assertRaises(
            exception.TransportURLInvalid, urls.check_transport, "{scheme}://{hostname3}/"
        )

    def test_what_is_wrong_is_said_without_the_password(self):
        for template, words in {
            "mysql://u:secret@h/{nova}": "{nova}",
            "mysql://u:secret@h/{path": "braces",
            "u:secret@h/nova": "scheme",
            "mysql://u:secret@h:x/nova": "port",
            "{scheme}:{password}": "scheme",
        }.items():
            urls.set_bases(database=DATABASE)
            error = self.assertRaises(exception.DatabaseURLInvalid, urls.check_database, template)
            self.assertIn(words, str(error))
            self.assertNotIn("secret", str(error))
            self.assertNotIn("dbp", str(error))


class Cell0Test(base.TestCase):
    url: str
    cell0: str
    scenarios = [
        (url, {"url": url, "cell0": cell0})
        for url, cell0 in {
            "mysql://u:p@h/nova": "mysql://u:p@h/nova_cell0",
            "mysql+pymysql://u:p%40ss@h:1/nova?charset=utf8": (
                "mysql+pymysql://u:p%40ss@h:1/nova_cell0?charset=utf8"
            ),
            "mysql://u:p@ss@h/nova?x=/y": "mysql://u:p@ss@h/nova_cell0?x=/y",
            "mysql:///nova?unix_socket=/run/s": "mysql:///nova_cell0?unix_socket=/run/s",
            "sqlite:///nova.sqlite": "sqlite:///nova_cell0.sqlite",
            "sqlite:////v.d/nova.sqlite": "sqlite:////v.d/nova_cell0.sqlite",
            "sqlite:////nova": "sqlite:////nova_cell0",
            WHOLE: WHOLE.replace("{path}", "{path}_cell0"),
        }.items()
    ]

    def test_derive_cell0(self):
        self.assertEqual(self.cell0, urls.derive_cell0(self.url))


class Cell0RefusedTest(base.TestCase):
    def test_derive_cell0_needs_the_name_of_a_database(self):
        for url in ("mysql://u:secret@h", "mysql://u:secret@h/", "sqlite://", "secret"):
            error = self.assertRaises(exception.DatabaseURLInvalid, urls.derive_cell0, url)
            self.assertNotIn("secret", str(error))

    @given(st.text("abcXYZ019%-._~", min_size=1))
    def test_derive_cell0_leaves_server_and_password_alone(self, password):
        url = f"mysql+pymysql://u:{password}@h:3306/nova?charset=utf8"
        before, after = sqlalchemy.make_url(url), sqlalchemy.make_url(urls.derive_cell0(url))
        self.assertEqual(before.set(database="nova_cell0"), after)


class BusTest(base.TestCase):
    def test_none_is_no_bus(self):
        for url in (None, "", "none:///", "none://", "none:/", "NONE:///"):
            self.assertFalse(urls.has_bus(url), url)
        for url in ("rabbit://h/", "fake:///", "kombu+memory:///"):
            self.assertTrue(urls.has_bus(url), url)
