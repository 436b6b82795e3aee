"""Labelling: campaigns, their packages, review, and the way back into datasets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import FileResponse

from aileron.api.downloads import send
from aileron.api.ranges import BYTES
from aileron.api.request import ClientOf, JobInPath, NameInPath, needs
from aileron.client import records as r
from aileron.client.labelling import PAGE
from aileron.client.records.browse import MOST_SAMPLES
from aileron.client.records.labelling import MOST_ITEMS, MOST_PACKAGES
from aileron.core.names import NAME_PATTERN

router = APIRouter(prefix="/labelling", tags=["labelling"])
CAMPAIGNS = "/campaigns"
ONE = "/campaigns/{name}"
PACKAGES = "/packages"
PACKAGE = "/packages/{package}"
ITEM = "/packages/{package}/items/{position}"
PackageInPath = JobInPath
PositionInPath = Annotated[int, Path(ge=1, le=MOST_ITEMS)]
OffsetQuery = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.post(
    CAMPAIGNS, summary="Begin a campaign", status_code=201, dependencies=[needs("label.create")]
)
def create(client: ClientOf, body: r.CreateCampaign) -> r.Campaign:
    """A dataset version to be labelled, as its `labels.yaml` says."""
    return client.create_campaign(body.dataset, body.version, name=body.name, spec=body.spec)


@router.get(
    "/spec", summary="Show what a campaign would begin with", dependencies=[needs("label.create")]
)
def spec(
    client: ClientOf,
    dataset: Annotated[str, Query(pattern=f"^{NAME_PATTERN}$")],
    version: Annotated[int | None, Query(ge=1, description="default: the latest")] = None,
) -> r.LabellingSpec:
    """The dataset's `labels.yaml`, with what it leaves out as the dataset has it."""
    return client.labelling_spec(dataset, version)


@router.get(CAMPAIGNS, summary="List campaigns", dependencies=[needs("read")])
def campaigns(
    client: ClientOf,
    ended: Annotated[bool, Query(description="also those that have ended")] = False,
) -> tuple[r.CampaignBrief, ...]:
    """The newest first."""
    return client.campaigns(ended=ended)


@router.get(ONE, summary="Show a campaign", dependencies=[needs("read")])
def campaign(client: ClientOf, name: NameInPath) -> r.Campaign:
    """How far it is, and its specification."""
    return client.campaign(name)


@router.post(f"{ONE}/distribute", summary="Hand out packages", dependencies=[needs("label.assign")])
def distribute(client: ClientOf, name: NameInPath) -> r.Campaign:
    """Packages that nobody has, to the campaign's annotators."""
    return client.distribute_campaign(name)


@router.post(f"{ONE}/end", summary="End a campaign", dependencies=[needs("label.end")])
def end(client: ClientOf, name: NameInPath) -> r.Campaign:
    """Nobody changes a label after that, and it cannot be undone; disagreements can be decided."""
    return client.end_campaign(name)


@router.delete(
    ONE, summary="Delete a campaign", status_code=204, dependencies=[needs("label.delete")]
)
def delete(client: ClientOf, name: NameInPath) -> Response:
    """With all that people said; versions that were made of it stay."""
    client.delete_campaign(name)
    return Response(status_code=204)


@router.post(
    f"{ONE}/sync", summary="Look at what was drawn now", dependencies=[needs("label.assign")]
)
def sync(client: ClientOf, name: NameInPath) -> r.LabellingSync:
    """Rather than in some seconds."""
    return client.sync_campaign(name)


@router.get(f"{ONE}/people", summary="What each person did", dependencies=[needs("read")])
def people(client: ClientOf, name: NameInPath) -> tuple[r.LabellingPerson, ...]:
    """By name."""
    return client.labelling_people(name)


@router.get(
    f"{ONE}/suggestions", summary="How right suggestions were", dependencies=[needs("read")]
)
def suggestions(client: ClientOf, name: NameInPath) -> tuple[r.SuggestionFigures, ...]:
    """In approved items, by model version."""
    return client.labelling_suggestions(name)


@router.get(f"{ONE}/disagreements", summary="List disagreements", dependencies=[needs("read")])
def disagreements(
    client: ClientOf,
    name: NameInPath,
    offset: OffsetQuery = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_SAMPLES)] = PAGE,
) -> r.DisagreementPage:
    """Samples that an adjudicator is to decide on."""
    return client.disagreements(name, offset, limit)


@router.post(
    f"{ONE}/adjudicate", summary="Decide on a sample", dependencies=[needs("label.review")]
)
def adjudicate(client: ClientOf, name: NameInPath, body: r.Adjudicate) -> r.Campaign:
    """Whose annotation counts."""
    return client.adjudicate(name, body.sample_id, body.lane)


@router.get(
    f"{ONE}/labels",
    summary="Fetch the approved annotations",
    **BYTES,
    dependencies=[needs("label.publish")],
)
def labels(request: Request, client: ClientOf, name: NameInPath) -> FileResponse:
    """JSON Lines, one sample each."""
    return send(request, f"{name}.jsonl", lambda target: client.export_labels(name, target))


@router.post(
    f"{ONE}/publish",
    summary="Make a dataset version",
    status_code=201,
    dependencies=[needs("label.publish")],
)
def publish(client: ClientOf, name: NameInPath) -> r.Publication:
    """A run, returned at once; it writes the approved annotations that are new or changed."""
    return client.publish_campaign(name)


@router.get("/mine", summary="List what waits for the asker", dependencies=[needs("read")])
def mine(client: ClientOf) -> r.PackagePage:
    """Packages to be labelled or to be audited."""
    return client.my_labelling()


@router.get(PACKAGES, summary="List packages", dependencies=[needs("read")])
def packages(
    client: ClientOf,
    campaign: Annotated[str | None, Query(pattern=f"^{NAME_PATTERN}$")] = None,
    annotator: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    state: r.PackageState | None = None,
    offset: OffsetQuery = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_PACKAGES)] = PAGE,
) -> r.PackagePage:
    """Of a campaign, or of all that have not ended."""
    return client.label_packages(
        campaign, annotator=annotator, state=state, offset=offset, limit=limit
    )


@router.get(PACKAGE, summary="Show a package", dependencies=[needs("read")])
def package(client: ClientOf, package: PackageInPath) -> r.LabelPackage:
    """Who has it, and how far it is."""
    return client.label_package(package)


@router.post(f"{PACKAGE}/assign", summary="Assign a package", dependencies=[needs("label.assign")])
def assign(client: ClientOf, package: PackageInPath, body: r.AssignPackage) -> r.LabelPackage:
    """One that nobody has."""
    return client.assign_package(package, body.annotator)


@router.post(
    f"{PACKAGE}/transfer", summary="Transfer a package", dependencies=[needs("label.assign")]
)
def transfer(client: ClientOf, package: PackageInPath, body: r.AssignPackage) -> r.LabelPackage:
    """What is labelled stays."""
    return client.transfer_package(package, body.annotator)


@router.post(
    f"{PACKAGE}/due", summary="Set a package's deadline", dependencies=[needs("label.assign")]
)
def due(client: ClientOf, package: PackageInPath, body: r.DuePackage) -> r.LabelPackage:
    """Or remove it."""
    return client.due_package(package, body.deadline)


@router.post(f"{PACKAGE}/open", summary="Open a package", dependencies=[needs("label.work")])
def open_package(client: ClientOf, package: PackageInPath) -> r.LabellingLink:
    """A link that is good for a minute and once, to label it or to look into it."""
    return client.open_package(package)


@router.post(f"{PACKAGE}/submit", summary="Submit a package", dependencies=[needs("label.work")])
def submit(
    client: ClientOf, package: PackageInPath, body: r.SubmitPackage | None = None
) -> r.LabelPackage:
    """Each of its samples has a label or is aside; a reviewer may return it to be changed."""
    return client.submit_package(package, unchanged=body is not None and body.unchanged)


@router.post(f"{PACKAGE}/audit", summary="End an audit", dependencies=[needs("label.review")])
def audit(client: ClientOf, package: PackageInPath, body: r.AuditPackage) -> r.LabelPackage:
    """The package passes, or goes back to its annotator."""
    return client.audit_package(package, body.outcome, body.comment)


@router.get(f"{PACKAGE}/items", summary="List a package's items", dependencies=[needs("read")])
def items(
    client: ClientOf,
    package: PackageInPath,
    audited: Annotated[bool, Query(description="only those of the present audit")] = False,
    offset: OffsetQuery = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = PAGE,
) -> r.ItemPage:
    """In the order in which they are labelled."""
    return client.label_items(package, audited=audited, offset=offset, limit=limit)


@router.get(ITEM, summary="Show an item", dependencies=[needs("read")])
def item(client: ClientOf, package: PackageInPath, position: PositionInPath) -> r.LabelItemDetail:
    """With all that was said of it."""
    return client.label_item(package, position)


@router.post(f"{ITEM}/aside", summary="Set an item aside", dependencies=[needs("label.work")])
def set_aside(
    client: ClientOf, package: PackageInPath, position: PositionInPath, body: r.SetAside
) -> r.LabelItemDetail:
    """One that cannot be labelled; a reviewer looks at it."""
    return client.set_item_aside(package, position, body.reason)


@router.post(f"{ITEM}/back", summary="Take an item back", dependencies=[needs("label.work")])
def take_back(
    client: ClientOf, package: PackageInPath, position: PositionInPath
) -> r.LabelItemDetail:
    """One that was set aside is to be labelled after all."""
    return client.take_item_back(package, position)


@router.post(f"{ITEM}/review", summary="Review an item", dependencies=[needs("label.review")])
def review(
    client: ClientOf, package: PackageInPath, position: PositionInPath, body: r.ReviewItem
) -> r.LabelItemDetail:
    """Approve it, or reject it and say why."""
    return client.review_item(
        package,
        position,
        approved=body.approved,
        comment=body.comment,
        revision=body.revision,
    )
