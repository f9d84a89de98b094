"""Keys: bound to owner and address, kept elsewhere only when asked, in no text."""

import json

import pytest

from studio.errors import StorageError, UsageError
from studio.hosted import keys
from studio.hosted.keys import Keys
from tests.hosted.jobs import KEY

PLACE = "https://api.example.org/v1"


@pytest.fixture
def store(monkeypatch):
    """A key store of the system that lives in this test."""
    import keyring
    from keyring.backend import KeyringBackend

    class Store(KeyringBackend):
        priority = 1
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012 - one store, as a system has

        def get_password(self, service, name):
            return self.kept.get((service, name))

        def set_password(self, service, name, password):
            self.kept[service, name] = password

        def delete_password(self, service, name):
            del self.kept[service, name]

    before = keyring.get_keyring()
    keyring.set_keyring(made := Store())
    made.kept.clear()
    yield made.kept
    keyring.set_keyring(before)


@pytest.fixture
def no_store(monkeypatch):
    monkeypatch.setattr(keys, "can_keep", lambda: False)


def test_a_key_serves_its_owner_and_its_address_alone(no_store):
    kept = Keys()
    kept.give("anna", f"{PLACE}/", f" {KEY} ")
    assert kept.find("anna", "https://api.example.org/other") == KEY
    for owner, address in (
        ("bert", PLACE),
        ("anna", "https://api.example.org:8443/v1"),
        ("anna", "http://api.example.org/v1"),
        ("anna", "https://api.example.org.evil.example/v1"),
    ):
        assert kept.find(owner, address) is None
    kept.forget("anna", PLACE)
    assert kept.find("anna", PLACE) is None


@pytest.mark.parametrize("key", ["", "  ", "two words", "ключ", "line\nbreak", "x" * 5000])
def test_what_cannot_be_a_key_is_refused(no_store, key):
    with pytest.raises(UsageError) as caught:
        Keys().give("anna", PLACE, key)
    assert not key.strip() or key not in str(caught.value)


def test_the_operators_key_goes_to_its_own_address_and_nowhere_else(no_store, tmp_path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({f"{PLACE}/": "sk-operator"}))
    kept = Keys(str(file))
    assert kept.find("anyone", PLACE) == "sk-operator"
    assert kept.find("anyone", "https://api.example.org/v2") is None
    assert kept.find("anyone", "https://elsewhere.example/v1") is None
    kept.give("anna", PLACE, KEY)
    assert kept.find("anna", PLACE) == KEY


def test_a_broken_file_of_keys_is_named_without_its_content(tmp_path):
    file = tmp_path / "keys.json"
    for content in ('{"a": 1}', f"[{KEY}", "[1]"):
        file.write_text(content)
        with pytest.raises(UsageError) as caught:
            Keys(str(file))
        assert KEY not in str(caught.value)
        assert caught.value.__suppress_context__


def test_the_systems_store_is_used_when_asked(store):
    first = Keys()
    first.give("anna", PLACE, KEY)
    assert store == {}
    first.give("anna", PLACE, KEY, keep=True)
    assert list(store.values()) == [KEY]
    again = Keys()
    assert again.find("anna", PLACE) == KEY
    assert again.find("bert", PLACE) is None
    again.forget("anna", PLACE)
    assert store == {}


def test_without_a_store_the_key_stays_in_memory(no_store):
    kept = Keys()
    with pytest.raises(StorageError):
        kept.give("anna", PLACE, KEY, keep=True)
    assert kept.find("anna", PLACE) == KEY
