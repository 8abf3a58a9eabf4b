"""Valid rows of the tables that people write; tests change a value or more."""

GOOD = {
    "campaign_id": "spring",
    "campaign_name": "Spring",
    "is_active": "true",
    "starts_on": "2023-04-01",
    "ends_on": "2023-04-30",
    "audience_size": "10",
    "frequency_cap": "",
    "product_limit": "",
    "active_within_days": "",
    "required_event": "",
    "required_within_days": "",
    "exclude": "any",
    "exclude_within_days": "",
    "holdout_share": "0",
    "cost_per_contact": "0.10",
    "value_per_conversion": "5",
    "response_days": "",
    "priority": "",
    "channel": "",
    "objective": "",
    "exploration_share": "",
}
RULE = {
    "campaign_id": "spring",
    "subject": "customer",
    "action": "include",
    "attribute": "total_interactions",
    "operator": "at_least",
    "value": "2",
}
EXPERIMENT = {
    "experiment_id": "trial",
    "experiment_name": "Does it pay",
    "is_active": "true",
    "campaign_id": "spring",
    "layer": "messages",
    "layer_from": "0",
    "layer_to": "0.5",
    "starts_on": "2023-04-02",
    "ends_on": "2023-04-10",
    "attribution_days": "14",
    "units": "600",
    "metrics": "conversion|revenue",
    "minimum_effect": "0.5",
    "significance": "0.05",
    "power": "0.8",
    "cost_per_contact": "",
    "value_per_conversion": "",
}
ARM = {"experiment_id": "trial", "arm": "treatment", "share": "0.8"}
HOLDOUT = {"arm": "treatment_holdout", "share": "0.2"}
