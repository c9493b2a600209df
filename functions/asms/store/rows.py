"""The table of the directory: users, who is in which project, comments, catalogues and what projects ask for.

| scope | item | row |
| --- | --- | --- |
| connection#clients, connection#specialists | user's id | the user; `name_key` sorts and searches |
| connection#member#project#category | user's id | that the user is in the project; `name_key` as the user's |
| connection#comments#user | at#id | a comment |
| connection#catalogue | entry's id | an entry; `name_key` sorts and searches |
| connection#fields#project | field's id | an additional field; `name_key` is category#name |
| connection#names#catalogue, connection#names#fields#project | the name's key | `value` holds the id of what has it |
| connection#policy | POLICY | the password policy |
| connection#turns, connection#files | see asms.store.imports | imports: whose turn it is, which files came |
"""

from __future__ import annotations

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from sincronia.settings import table
from sincronia.store.connected import Table


class RowsByName(GlobalSecondaryIndex["DirectoryRow"]):
    """The rows of a scope that have a name, in the order of names."""

    class Meta:
        index_name = "by_name"
        projection = AllProjection()

    scope = UnicodeAttribute(hash_key=True)
    name_key = UnicodeAttribute(range_key=True)


class DirectoryRow(Table):
    """A row. `value` is what it holds, as JSON; `version` rises with each change where others may change it too."""

    class Meta:
        table_name = table("directory")

    scope = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    name_key = UnicodeAttribute(null=True)
    value = JSONAttribute(null=True)
    version = NumberAttribute(null=True)
    by_name = RowsByName()
