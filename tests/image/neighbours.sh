#!/bin/sh
# As the official image of PostgreSQL begins: a database in an empty volume, made as the environment says; anything else is run.
set -eu
[ "$1" = postgres ] || exec "$@"
mkdir -p "$PGDATA" /var/run/postgresql
chown -R postgres "$PGDATA" /var/run/postgresql
chmod 700 "$PGDATA"
as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  as sh -c 'initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" $POSTGRES_INITDB_ARGS >/dev/null'
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  as pg_ctl --wait start --options="-c listen_addresses=''" >/dev/null
  as createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  as pg_ctl --wait stop >/dev/null
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups "$@" -c listen_addresses='*'
