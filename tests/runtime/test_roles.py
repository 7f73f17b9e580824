"""What each database role may do before any migration has run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction

from deploy.embedded.postgres import Cluster

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One for all tests here: each makes tables of its own."""
    made = Cluster(tmp_path_factory.mktemp("roles") / "postgres", throwaway=True)
    made.start()
    yield made
    made.remove()


@pytest.mark.parametrize("role", ["ecg_app", "ecg_dispatch", "ecg_platform", "ecg_backup"])
def test_only_the_owner_makes_tables(connect: Connect, role: str) -> None:
    with connect("ecg_owner") as owner:
        owner.execute(f"CREATE TABLE beside_{role} (n int)")
    with connect(role) as other, pytest.raises((InsufficientPrivilege, ReadOnlySqlTransaction)):
        other.execute("CREATE TABLE refused (n int)")


def test_the_owner_hands_functions_to_the_lookup_role_and_inherits_nothing(
    connect: Connect,
) -> None:
    with connect("ecg_owner") as owner:
        owner.execute("CREATE SCHEMA app")
        owner.execute("GRANT USAGE, CREATE ON SCHEMA app TO ecg_lookup, ecg_dispatch")
        owner.execute("CREATE FUNCTION app.one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        owner.execute("ALTER FUNCTION app.one() OWNER TO ecg_lookup")
        owner.execute("CREATE TABLE app.handed_over (n int)")
        owner.execute("ALTER TABLE app.handed_over OWNER TO ecg_dispatch")
        with pytest.raises(InsufficientPrivilege):
            owner.execute("SELECT * FROM app.handed_over")


def test_the_owner_fails_loudly_on_rows_it_may_not_see(connect: Connect) -> None:
    with connect("ecg_owner") as owner:
        owner.execute("CREATE TABLE guarded (n int)")
        owner.execute("ALTER TABLE guarded ENABLE ROW LEVEL SECURITY")
        owner.execute("ALTER TABLE guarded FORCE ROW LEVEL SECURITY")
        with pytest.raises(InsufficientPrivilege, match="row-level security"):
            owner.execute("UPDATE guarded SET n = 1")


def test_the_backup_role_reads_past_row_level_security_and_writes_nothing(
    connect: Connect,
) -> None:
    with connect("ecg_owner") as owner:
        owner.execute("CREATE TABLE secured AS SELECT 1 AS n")
        owner.execute("ALTER TABLE secured ENABLE ROW LEVEL SECURITY")
    with connect("ecg_backup") as backup:
        assert backup.execute("SELECT n FROM secured").fetchone() == (1,)
        backup.execute("SET default_transaction_read_only = off")
        with pytest.raises(InsufficientPrivilege):
            backup.execute("DELETE FROM secured")


def test_the_owner_makes_test_databases(connect: Connect) -> None:
    with connect("ecg_owner") as owner:
        owner.execute("CREATE DATABASE test_made")
        owner.execute("DROP DATABASE test_made")


def test_the_lookup_role_cannot_sign_in(cluster: Cluster) -> None:
    url = cluster.urls()["DATABASE_URL"].replace("ecg_app:", "ecg_lookup:")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_no_role_of_the_product_is_privileged(connect: Connect) -> None:
    with connect("ecg_app") as app:
        rows = app.execute(
            "SELECT rolname, rolsuper OR rolcreaterole OR rolreplication, rolbypassrls "
            "FROM pg_roles WHERE rolname LIKE 'ecg%' ORDER BY 1"
        ).fetchall()
    assert len(rows) == 6
    assert [name for name, privileged, _ in rows if privileged] == []
    assert [name for name, _, bypasses in rows if bypasses] == ["ecg_backup"]


def test_a_missing_role_comes_back_with_the_next_start(cluster: Cluster, connect: Connect) -> None:
    with connect("postgres") as superuser:
        superuser.execute("REVOKE CONNECT ON DATABASE einthoven FROM ecg_dispatch")
        superuser.execute("ALTER ROLE ecg_dispatch NOLOGIN")
    cluster.start()
    with connect("ecg_dispatch") as dispatch:
        assert dispatch.execute("SELECT current_user").fetchone() == ("ecg_dispatch",)


def test_the_server_log_repeats_neither_statements_nor_values(
    cluster: Cluster, connect: Connect
) -> None:
    with connect("ecg_owner") as owner:
        owner.execute("CREATE TABLE known (mrn text PRIMARY KEY)")
        owner.execute("INSERT INTO known VALUES ('MRN-CANARY')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO known VALUES ('MRN-CANARY')")
    log = cluster.log.read_text()
    assert "ready to accept connections" in log
    assert "CANARY" not in log
