"""The router table in Cargo.toml follows the template."""

import tomllib
from pathlib import Path

import pytest

import routes

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"
WORKSPACE = '[workspace]\nresolver = "3"\n'


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "Cargo.toml"
    path.write_text(WORKSPACE)
    return path


def run(mode: str, manifest: Path) -> int:
    return routes.main([mode, "--manifest", str(manifest), "--template", str(TEMPLATE)])


def test_the_table_has_the_form_that_the_watcher_reads(manifest: Path):
    assert run("--write", manifest) == 0
    table = tomllib.loads(manifest.read_text())["workspace"]["metadata"]["lambda"]["watch"]["router"]
    assert table["/v1/autoScribe/users"] == [
        {"method": "GET", "function": "list"},
        {"method": "POST", "function": "invite"},
    ]
    assert table["/v1/invitation/accept"] == [{"method": "POST", "function": "confirm"}]
    assert {"method": "PATCH", "function": "invite"} in table["/v1/autoScribe/users/invitations/{invitationId}"]


def test_writing_twice_changes_nothing(manifest: Path):
    run("--write", manifest)
    once = manifest.read_text()
    run("--write", manifest)
    assert manifest.read_text() == once


def test_only_the_block_is_rewritten(manifest: Path):
    manifest.write_text(f"{WORKSPACE}{routes.BEGIN}\nstale\n{routes.END}\n[profile.dev]\n")
    run("--write", manifest)
    text = manifest.read_text()
    assert text.startswith(WORKSPACE) and text.endswith("\n[profile.dev]\n") and "stale" not in text


def test_a_missing_table_and_a_wrong_one_fail_the_check(manifest: Path, capsys: pytest.CaptureFixture[str]):
    assert run("--check", manifest) == 1
    run("--write", manifest)
    assert run("--check", manifest) == 0
    manifest.write_text(manifest.read_text().replace('function = "list"', 'function = "users"'))
    capsys.readouterr()
    assert run("--check", manifest) == 1
    assert 'function = "users"' in capsys.readouterr().err


def test_a_block_without_an_end_is_an_error(manifest: Path):
    manifest.write_text(f"{WORKSPACE}{routes.BEGIN}\nstale\n")
    with pytest.raises(ValueError, match="without"):
        run("--write", manifest)
