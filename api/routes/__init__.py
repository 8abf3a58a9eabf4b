"""The routes of the API, one file per group."""

from api.routes.audiences import audiences
from api.routes.campaign_value import campaign_value
from api.routes.campaigns import campaigns
from api.routes.customers import customers
from api.routes.diagnostics import diagnostics
from api.routes.documents import documents
from api.routes.experiments import experiments
from api.routes.exports import exports
from api.routes.holdout import holdout
from api.routes.information import information
from api.routes.pages import pages
from api.routes.products import products
from api.routes.rankings import rankings
from api.routes.releases import releases

BLUEPRINTS = (
    information,
    audiences,
    exports,
    rankings,
    products,
    customers,
    campaigns,
    campaign_value,
    holdout,
    experiments,
    diagnostics,
    releases,
    documents,
    pages,
)
