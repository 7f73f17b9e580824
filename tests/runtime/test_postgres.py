"""The embedded PostgreSQL starts, restarts and stops, whatever happened before."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import psycopg
import pytest

from deploy.embedded import accounts
from deploy.embedded.console import FixableError
from deploy.embedded.postgres import Cluster


def test_a_second_start_finds_the_first(cluster: Cluster) -> None:
    again = Cluster(cluster.home, throwaway=True)
    assert again.start() is False
    assert again.urls() == cluster.urls()


def test_a_restart_keeps_port_and_passwords(cluster: Cluster) -> None:
    before = cluster.urls()
    cluster.stop()
    again = Cluster(cluster.home, throwaway=True)
    assert again.start() is True
    assert again.urls() == before


def test_rows_survive_a_killed_server(folder: Path) -> None:
    with Cluster(folder / "durable").running() as cluster:
        owner = cluster.urls()["DATABASE_OWNER_URL"]
        with psycopg.connect(owner) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        cluster.start()
        with psycopg.connect(owner) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_killed_server_that_still_looks_alive_is_waited_for(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([True] * 5)
    really = cluster.is_running
    monkeypatch.setattr(cluster, "is_running", lambda: next(looks, False) or really())
    os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert cluster.start() is True
    with psycopg.connect(cluster.urls()["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_taken_port_is_left_for_another(cluster: Cluster) -> None:
    cluster.stop()
    taken = cluster.port
    with socket.create_server(("127.0.0.1", taken)):
        cluster.start()
    assert cluster.port != taken
    with psycopg.connect(cluster.urls()["DATABASE_URL"]) as connection:
        assert connection.info.port == cluster.port


def test_a_pid_that_now_belongs_to_another_program_does_not_stop_the_start(
    cluster: Cluster,
) -> None:
    left = (cluster.data / "postmaster.pid").read_text().splitlines()
    cluster.stop()
    stale = cluster.data / "postmaster.pid"
    stale.write_text("\n".join([str(os.getpid()), *left[1:]]) + "\n")
    assert cluster.start() is True


def test_a_half_made_data_folder_is_begun_again(folder: Path) -> None:
    cluster = Cluster(folder / "postgres", throwaway=True)
    half = cluster.home / "data.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("17")
    with cluster.running():
        assert not half.exists()


def test_data_of_another_major_version_are_refused_by_name(cluster: Cluster) -> None:
    cluster.stop()
    kept = cluster.data / "PG_VERSION"
    own = kept.read_text()
    kept.write_text("9\n")
    with pytest.raises(FixableError, match=r"PostgreSQL 9, but .* PostgreSQL \d+"):
        cluster.start()
    kept.write_text(own)


def test_programs_that_are_none_are_refused_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EINTHOVEN_PG_BIN", str(folder))
    with pytest.raises(FixableError, match=f"{folder}.*EINTHOVEN_PG_BIN"):
        Cluster(folder / "postgres").start()


def test_the_last_user_stops_it(folder: Path) -> None:
    cluster = Cluster(folder / "postgres", throwaway=True)
    with cluster.running():
        with Cluster(folder / "postgres", throwaway=True).running():
            pass
        assert cluster.is_running()
    assert not cluster.is_running()


def test_a_folder_only_its_owner_can_enter_will_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.chmod(0o700)
    cluster = Cluster(folder / "postgres", throwaway=True)
    with cluster.running():
        inside = cluster.home == folder / "postgres"
        assert inside == (os.geteuid() != 0)
        assert inside or str(cluster.home) in capsys.readouterr().out
    again = Cluster(folder / "postgres", throwaway=True)
    assert again.home == cluster.home
    again.remove()
    assert not cluster.home.exists()


def test_a_database_that_became_unreachable_is_not_replaced_by_an_empty_one(
    folder: Path, cluster: Cluster
) -> None:
    if os.geteuid() != 0:
        pytest.skip("NOT RUN: only root hands the server to another account")
    cluster.stop()
    folder.chmod(0o700)
    with pytest.raises(FixableError, match="cannot be reached"):
        Cluster(cluster.home, throwaway=True)
    folder.chmod(0o711)


def test_a_copy_of_the_state_folder_does_not_share_the_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder / "postgres"
    home.mkdir()
    note = home / "kept-elsewhere"
    note.write_text(f"{accounts.refuge().with_name('einthoven-another-copy')}/postgres-x\n")
    assert Cluster(home, throwaway=True).home == home


def test_the_server_listens_on_loopback_only_and_asks_for_a_password(cluster: Cluster) -> None:
    settings = (cluster.data / "postmaster.opts").read_text()
    assert "listen_addresses=127.0.0.1" in settings
    wrong = cluster.urls()["DATABASE_URL"].replace(cluster.passwords["ecg_app"], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_passwords_are_for_their_owner_only(cluster: Cluster) -> None:
    file = cluster.home / "passwords.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_uid == os.geteuid()
    assert len(set(cluster.passwords.values())) == len(cluster.passwords)
    assert not (cluster.home / "initial.password").exists()
