"""Types of problems as the contract shows them."""

from pydantic import Field

from api.http.schemas import Schema


class Words(Schema):
    """A sentence or more in both languages."""

    zh: str
    en: str


class ProblemTypeOut(Schema):
    """What a problem of one type means, in Chinese and English."""

    type: str = Field(description="As problem documents have it.")
    status: int = Field(description="The HTTP status that it comes with.")
    title: Words
    when: Words = Field(description="When it is met.")
    what_to_do: Words
