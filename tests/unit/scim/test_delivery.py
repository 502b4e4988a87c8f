"""The Delivery extension: its schema, and whether somebody asks for it."""

import pytest

from bridge.scim.delivery import DELIVERY, is_asked_for, with_delivery
from bridge.scim.project import answer
from bridge.scim.resource_types import CORE
from bridge.scim.schemas import Mutability, Returned
from bridge.scim.validate import receive

URN = "urn:scim-bridge:schemas:1.0:Delivery"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
TARGETS = [{"target": "corp", "state": "dirty"}, {"target": "app", "state": "in_sync"}]
SHOWN = {"schemas": [USER, URN], "id": "1", "userName": "kim", URN: {"targets": TARGETS}}
TYPE = with_delivery(CORE)["User"]


def test_everything_in_it_is_read_only_and_shown_on_request_alone() -> None:
    (targets,) = DELIVERY.attributes
    every = (targets, *targets.sub_attributes)

    assert URN == DELIVERY.id
    assert {Mutability.READ_ONLY} == {each.mutability for each in every}
    assert Returned.REQUEST == targets.returned
    assert all(each.description for each in every)


def test_every_type_gets_it_beside_what_it_has() -> None:
    extensions = {name: [each.schema.name for each in type_.extensions] for name, type_ in with_delivery(CORE).items()}

    assert {"User": ["EnterpriseUser", "Delivery"], "Group": ["Delivery"]} == extensions


@pytest.mark.parametrize("name", [URN, URN.upper(), f" {URN}:targets", f"{URN}:targets.state"])
def test_a_name_that_leads_into_it_asks_for_it(name: str) -> None:
    assert is_asked_for(["userName", name])


def test_other_names_do_not_ask_for_it() -> None:
    assert not is_asked_for(["userName", USER, "urn:scim-bridge:schemas:1.0:Other"])


@pytest.mark.parametrize("name", [URN, f"{URN}:targets"])
def test_asked_for_as_a_whole_it_is_shown_whole(name: str) -> None:
    assert {"targets": TARGETS} == answer(SHOWN, TYPE, [name])[URN]


def test_asked_for_in_part_it_is_shown_in_part() -> None:
    shown = answer(SHOWN, TYPE, ["userName", f"{URN}:targets.state"])

    assert {"targets": [{"state": "dirty"}, {"state": "in_sync"}]} == shown[URN]
    assert shown["userName"] == "kim"


def test_a_client_that_sends_it_back_changes_nothing() -> None:
    assert {"schemas": [USER], "userName": "kim"} == receive(SHOWN, TYPE)
