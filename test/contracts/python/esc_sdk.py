"""The vendor's own client for Python against the sandbox: each check's name is printed when it holds."""

import os

import pulumi_esc_sdk as esc
from pulumi_esc_sdk.exceptions import NotFoundException

ORG, PROJECT, NAME = PLACE = ("payready", "app", "base")
TEXT = """values:
  host: db
  ports: [5432]
  key:
    fn::secret: s3cr3t
  environmentVariables:
    HOST: db
"""


def main() -> None:
    configuration = esc.Configuration(host=os.environ["SANDBOX_URL"], access_token=os.environ["SANDBOX_TOKEN"])
    client = esc.EscClient(configuration)
    client.create_environment(*PLACE)
    client.update_environment_yaml(*PLACE, TEXT)
    for check in (texts, openings, faults, revisions, tags):
        check(client)
        print(check.__name__, flush=True)


def texts(client: esc.EscClient) -> None:
    assert [(each.project, each.name) for each in client.list_environments(ORG).environments] == [(PROJECT, NAME)]
    definition, text = client.get_environment(*PLACE)
    assert definition.values.additional_properties["host"] == "db"
    assert b"s3cr3t" not in text
    _, revealed = client.decrypt_environment(*PLACE)
    assert "s3cr3t" in revealed
    assert client.get_environment_at_version(*PLACE, "2")[0].values.environment_variables == {"HOST": "db"}
    client.clone_environment(ORG, PROJECT, NAME, PROJECT, "copy")
    client.delete_environment(ORG, PROJECT, "copy")


def openings(client: esc.EscClient) -> None:
    _, values, _ = client.open_and_read_environment(*PLACE)
    assert values["key"] == "s3cr3t"
    session = client.open_environment(*PLACE).id
    for path, value in (("key", "s3cr3t"), ("ports[0]", 5432), ('environmentVariables["HOST"]', "db")):
        _, read = client.read_open_environment_property(*PLACE, session, path)
        assert read == value, path


def faults(client: esc.EscClient) -> None:
    wrong = client.check_environment_yaml(ORG, "values:\n  a: ${none}\n")
    assert "none" in wrong.diagnostics[0].summary
    try:
        client.get_environment(ORG, PROJECT, "nothing")
        raise AssertionError("an environment that is not there was found")
    except NotFoundException:
        pass


def revisions(client: esc.EscClient) -> None:
    assert [each.number for each in client.list_environment_revisions(*PLACE)] == [2, 1]
    client.create_environment_revision_tag(*PLACE, "good", 1)
    client.update_environment_revision_tag(*PLACE, "good", 2)
    assert client.get_environment_revision_tag(*PLACE, "good").revision == 2
    assert {each.name for each in client.list_environment_revision_tags(*PLACE).tags} == {"good", "latest"}
    client.delete_environment_revision_tag(*PLACE, "good")


def tags(client: esc.EscClient) -> None:
    client.create_environment_tag(*PLACE, "owner", "x")
    client.update_environment_tag(*PLACE, "owner", "x", "owner", "y")
    assert client.get_environment_tag(*PLACE, "owner").value == "y"
    assert list(client.list_environment_tags(*PLACE).tags) == ["owner"]
    client.delete_environment_tag(*PLACE, "owner")


main()
