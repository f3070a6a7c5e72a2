"""Run by alembic: migrates on the connection that `engine.py` hands over, inside its transaction."""

from alembic import context

from ticker.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
