"""A foreign key over several columns, so that copied columns can never disagree with their origin.

Made as a constraint of the model and never by raw SQL in a migration, so that it survives the
table rebuilds by which SQLite changes a table.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint


class CompositeForeignKey(BaseConstraint):
    """The columns always equal those of the row they were copied from."""

    def __init__(
        self,
        about: str,
        columns: tuple[str, ...],
        remote_columns: tuple[str, ...],
        remote: type[models.Model] | str,
        name: str,
    ) -> None:
        super().__init__(name=name)
        self.about = about
        self.columns = columns
        self.remote_columns = remote_columns
        self.remote = remote if isinstance(remote, str) else remote._meta.label

    def constraint_sql(
        self,
        model: type[models.Model] | None,  # noqa: ARG002 - Django's own signature
        schema_editor: BaseDatabaseSchemaEditor | None,
    ) -> str:
        """The clause as it stands inside CREATE TABLE."""
        assert schema_editor is not None
        quote = schema_editor.quote_name
        label, name = self.remote.split(".")
        columns = ", ".join(quote(c) for c in self.columns)
        remote_columns = ", ".join(quote(c) for c in self.remote_columns)
        table = quote(f"{label}_{name.lower()}")
        return f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({columns}) REFERENCES {table} ({remote_columns})"

    def create_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """The statement that adds the constraint to a table that exists."""
        assert model is not None
        assert schema_editor is not None
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """The statement that takes the constraint away."""
        assert model is not None
        assert schema_editor is not None
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database judges alone; a form has nothing to add."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CompositeForeignKey):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """The constraint as a migration writes it down."""
        path = f"{self.__class__.__module__}.{self.__class__.__name__}"
        arguments = {
            "about": self.about,
            "columns": self.columns,
            "remote_columns": self.remote_columns,
            "remote": self.remote,
            "name": self.name,
        }
        return path, (), arguments
