"""Three workers and two web replicas on one PostgreSQL: what the newsrooms put up is kept once, and served as one.

Workers are killed, frozen and cut off, the database is restarted, releases roll over each other; the newsrooms go by
the real clock meanwhile, and the oracle of the simulator knows what should have become of every line.
"""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import pytest

import ticker
from tests import postgres
from tests.cluster import Cluster, Listener, Witness, cluster
from tests.running import PATIENCE
from tests.town import Judgement, Street, judge, street
from ticker.errors import StoreError
from ticker.store import Store
from ticker.store.tables import HEAD

pytestmark = pytest.mark.once("workers need PostgreSQL")
NAMES = [f"desk-{n}" for n in range(1, 9)]
PATHS = ("feed.rss", "feed.json", *(f"{name}/feed.atom" for name in NAMES))
EVERY = 2.0  # seconds
RESUMED = 20.0  # seconds after which every source is polled again, whatever dies


@dataclass
class Run:
    """A cluster under way, and who watches it."""

    street: Street
    cluster: Cluster
    witness: Witness
    listener: Listener
    store: Store

    async def polled(self, since: datetime) -> None:
        """Until every newsroom was asked twice since."""
        async with asyncio.timeout(3 * PATIENCE):
            while any(sum(at >= since for at, _ in door.asked) < 2 for door in self.street.doors.values()):
                await asyncio.sleep(0.1)

    def longest_gap(self, since: datetime) -> float:
        """Between two polls of any newsroom, in seconds."""
        return max(door.gaps(since) for door in self.street.doors.values())

    async def ends(self) -> Judgement:
        """The newsrooms fall silent, are read again, and what was kept is judged."""
        self.street.close()
        await self.polled(now())
        async with asyncio.timeout(PATIENCE):
            while await self._behind():
                await asyncio.sleep(0.2)
        return await judge(self.store, self.street)

    async def _behind(self) -> bool:
        """Whether a replica does not serve the last revision yet."""
        try:
            wanted = {item.guid for item in await self.store.newest(None, limit=20)}
        except StoreError:  # a connection of before the server's restart
            return True
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            for one in self.cluster.replicas:
                answer = await client.get(f"{one.url}feed.json")
                if answer.status_code != 200 or not wanted <= {item["id"] for item in answer.json()["items"]}:
                    return True
        return False


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251


@asynccontextmanager
async def run(
    folder: Path, url: str = "", *, workers: int = 3, minutes: float = 10, a_day: float = 8_000
) -> AsyncIterator[Run]:
    """Eight newsrooms, a new line every ten seconds in each, from when all were read first."""
    if not url:
        name = postgres.name_of(folder / "cluster")
        postgres.create(name)
        url = postgres.address(name, tcp=True)
    await (await Store.open(url)).close()
    async with (
        street(NAMES, minutes=minutes, a_day=a_day) as built,
        cluster(folder, url, built, workers=workers, replicas=2, every=f"{EVERY:g}s") as made,
    ):
        store = await Store.open(url)
        witness, listener = Witness(made, PATHS), Listener(made)
        one = Run(built, made, witness, listener, store)
        await one.polled(now())
        tasks = [asyncio.create_task(witness.watch()), asyncio.create_task(listener.listen(3.0))]
        try:
            yield one
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await store.close()


def served_as_one(witness: Witness) -> None:
    """Nobody could tell one replica from the other, but for a moment."""
    seen = witness.seen
    assert seen.answers > 0
    assert (seen.divergent, seen.backwards, seen.unconditional) == ([], [], [])


def harmless(found: Judgement) -> None:
    assert found.harm == dict.fromkeys(found.harm, 0), (
        found.unread[:3],
        found.stray[:3],
        found.unlike[:3],
        found.verdict.troubles[:3],
    )
    assert found.verdict.stories > 0


async def heard(one: Run) -> None:
    """Who moved has been told of something."""
    async with asyncio.timeout(PATIENCE):
        while not one.listener.told:
            await asyncio.sleep(0.1)


def heard_once(one: Run) -> None:
    """Who moved from replica to replica was told of each line that came meanwhile once."""
    assert one.listener.moves > 1
    assert one.listener.told
    assert max(one.listener.told.values()) == 1


async def known(one: Run) -> None:
    """Every replica says when each newsroom is polled next, and how it is doing: it asks none itself."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
        for replica in one.cluster.replicas:
            while True:
                told = (await client.get(f"{replica.url}status.json")).json()["sources"]
                if all(each["state"] == "healthy" and each["next_poll"] and each["last_new"] for each in told):
                    break
                await asyncio.sleep(0.2)


async def test_three_workers_and_two_replicas_are_one_to_whoever_reads_them(tmp_path):
    async with run(tmp_path) as one:
        await asyncio.sleep(5)
        one.cluster.kill(one.cluster.workers[0])
        await asyncio.sleep(5)
        await known(one)
        await heard(one)
        harmless(await one.ends())
        served_as_one(one.witness)
        assert one.witness.seen.conditional > 0
        heard_once(one)


# What may happen to a cluster. Each gives the instant from which on nothing more befell it: who was polled then is
# polled again within RESUMED.


@dataclass(frozen=True)
class Scene:
    """A cluster to which something happens, and its database server."""

    one: Run
    server: postgres.Own
    dice: Random


async def workers_are_killed(scene: Scene) -> datetime:
    """Ten of them, at any moment; another begins in the place of each."""
    for _ in range(10):
        await asyncio.sleep(scene.dice.uniform(2, 6))
        killed = now()
        scene.one.cluster.kill(scene.dice.choice(scene.one.cluster.workers))
        await scene.one.cluster.worker()
    return killed


async def a_worker_is_frozen(scene: Scene) -> datetime:
    """For half a minute, twice: what it took meanwhile is taken from it, and it does no harm when it goes on."""
    began = now()
    for _ in range(2):
        await scene.one.cluster.frozen(scene.dice.choice(scene.one.cluster.workers), 30)
        await asyncio.sleep(10)
    return began


async def a_replica_is_frozen(scene: Scene) -> datetime:
    """For half a minute: nobody waits for it, and it goes on where the others are."""
    began = now()
    await scene.one.cluster.frozen(scene.one.cluster.replicas[0], 30)
    return began


async def the_database_restarts(scene: Scene) -> datetime:
    """In good order, and as if the power had been cut."""
    began = now()
    for number in (signal.SIGINT, signal.SIGQUIT):
        await asyncio.to_thread(scene.server.stop, number)
        await asyncio.sleep(2)
        await asyncio.to_thread(scene.server.start)
        await asyncio.sleep(25)
    return began


async def a_worker_is_cut_off(scene: Scene) -> datetime:
    """From the database, for half a minute: nothing comes through, and nobody is told."""
    began = now()
    one = scene.dice.choice(scene.one.cluster.workers)
    one.wire.cut()
    await asyncio.sleep(30)
    one.wire.mend()
    return began


async def a_replica_is_cut_off(scene: Scene) -> datetime:
    """It serves on as it was, and catches up."""
    began = now()
    one = scene.one.cluster.replicas[1]
    one.wire.cut()
    await asyncio.sleep(30)
    one.wire.mend()
    return began


async def a_release_rolls_over_another(scene: Scene) -> datetime:
    """One by one, the first of the new ones upgrades the schema under the old ones, which go on."""
    began, made = now(), scene.one.cluster
    made.release = newer_release(made.config.parent)
    old = [*made.workers, *made.replicas]
    for one in old:
        await (made.worker() if one in made.workers else made.replica())
        await asyncio.sleep(3)
        assert await made.stop(one) == 0
        await asyncio.sleep(3)
    return began


def newer_release(folder: Path) -> Path:
    """This code with one migration more."""
    tree = folder / "newer"
    shutil.copytree(Path(ticker.__file__).parent, tree / "ticker", ignore=shutil.ignore_patterns("__pycache__"))
    tables = tree / "ticker" / "store" / "tables.py"
    said = tables.read_text("utf-8")
    assert f'HEAD = "{HEAD}"' in said
    tables.write_text(said.replace(f'HEAD = "{HEAD}"', 'HEAD = "9999"'), "utf-8")
    (tables.parent / "migrations" / "versions" / "9999_newer.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision, down_revision = "9999", "{HEAD}"\n\n\n'
        "def upgrade():\n"
        '    op.add_column("items", sa.Column("mood", sa.Text))\n'
        '    op.add_column("sources", sa.Column("mood", sa.Text, nullable=False, server_default="calm"))\n',
        "utf-8",
    )
    return tree


SCENES: dict[str, Callable[[Scene], Awaitable[datetime]]] = {
    scene.__name__.replace("_", " "): scene
    for scene in (
        workers_are_killed,
        a_worker_is_frozen,
        a_replica_is_frozen,
        the_database_restarts,
        a_worker_is_cut_off,
        a_replica_is_cut_off,
        a_release_rolls_over_another,
    )
}


@pytest.mark.soak
@pytest.mark.parametrize("scene", SCENES)
async def test_whatever_happens_nothing_is_lost_and_all_goes_on_within_twenty_seconds(scene, tmp_path, capsys):
    server = postgres.Own()
    try:
        async with run(tmp_path, server.address) as one:
            await asyncio.sleep(5)
            since = await SCENES[scene](Scene(one, server, Random(scene)))
            await asyncio.sleep(RESUMED)
            gap = one.longest_gap(since)
            found = await one.ends()
            with capsys.disabled():
                print(
                    f"\n{scene}: polled after {gap:.1f} s at most; {found.verdict.stories} stories, {one.witness.seen}"
                )
            harmless(found)
            served_as_one(one.witness)
            heard_once(one)
            assert gap <= RESUMED
    finally:
        server.remove()


@pytest.mark.soak
async def test_for_minutes_two_replicas_are_one(tmp_path, capsys):
    async with run(tmp_path) as one:
        for _ in range(36):
            await asyncio.sleep(5)
            one.cluster.kill(one.cluster.workers[0])
            await one.cluster.worker()
        found = await one.ends()
        with capsys.disabled():
            print(f"\n{found.verdict.stories} stories, {one.witness.seen}")
        harmless(found)
        served_as_one(one.witness)
        heard_once(one)
