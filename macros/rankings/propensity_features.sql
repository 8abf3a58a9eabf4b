{#
    What the return propensity depends on, as SQL over int_cutoff_customers.

    Args:
        customers: its relation.
#}
{% macro propensity_features(customers) %}
    {{ return({
        'products': 'ln(' ~ customers ~ '.unique_products)',
        'interactions': 'ln(' ~ customers ~ '.total_interactions)',
        'recency': 'ln(0.01 + ' ~ customers ~ '.unseen_share)',
        'events': customers ~ '.avg_event_score',
        'frequency': 'ln(' ~ customers ~ '.interaction_frequency)',
    }) }}
{% endmacro %}
