"""A portal's round trip: report, report again, read, and be refused; all of it typed."""

import json
import sys
from datetime import date

from pilotzone_client import AuthenticatedClient
from pilotzone_client.api.applicants import applicants_register
from pilotzone_client.api.scores import scores_ranking
from pilotzone_client.api.submissions import submissions_list_recorded, submissions_submit
from pilotzone_client.models import (
    ApplicantIn,
    Kind,
    Name,
    Problem,
    RankingOut,
    SubmissionIn,
    SubmissionPage,
    SubmissionReceipt,
)


def main() -> None:
    """Print what became of each request."""
    base, source_key, portal_key, round_ = sys.argv[1:]
    source = AuthenticatedClient(base_url=base, token=source_key)
    portal = AuthenticatedClient(base_url=base, token=portal_key)

    results = []
    for value in (12, 13):
        body = SubmissionIn("C1", "stations", date(2026, 5, 31), value)
        receipt = submissions_submit.sync(round_, client=source, body=body)
        assert isinstance(receipt, SubmissionReceipt)
        results.append(receipt.result.value)

    listed = submissions_list_recorded.sync(round_, client=source, applicant="C1", limit=10)
    assert isinstance(listed, SubmissionPage)
    ranking = scores_ranking.sync(round_, client=portal, cohort=Kind.COUNTY)
    assert isinstance(ranking, RankingOut)
    applicant = ApplicantIn("C9", Kind.COUNTY, Name(zh="市", en="City"))
    refused = applicants_register.sync(client=source, body=applicant)
    assert isinstance(refused, Problem)

    found = {
        "results": results,
        "values": [each.value for each in listed.items],
        "states": [ranking.state.value],
        "refused": refused.type_.value,
    }
    sys.stdout.write(json.dumps(found))


main()
