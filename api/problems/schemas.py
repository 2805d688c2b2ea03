"""Types of problems as the contract shows them."""

from typing import Annotated

from pydantic import Field

from api.http.schemas import ProblemType, Schema

HttpStatus = Annotated[int, Field(ge=400, le=599)]


class Words(Schema):
    """A sentence or more in both languages."""

    zh: str = Field(description="In Chinese.")
    en: str = Field(description="In English.")


class ProblemTypeOut(Schema):
    """What a problem of one type means, in Chinese and English."""

    type: ProblemType = Field(description="As problem documents have it.")
    status: HttpStatus = Field(description="The HTTP status that it comes with.")
    title: Words = Field(description="What is wrong, in a sentence.")
    when: Words = Field(description="When it is met.")
    what_to_do: Words = Field(description="How a client or its operator goes on.")
