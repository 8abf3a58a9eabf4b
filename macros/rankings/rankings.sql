{#
    The rankings, a row each. A row with `ranks` customers or products has a model of its own,
    ranking_<name>: add the row and the model, and the ranking is measured, may be chosen, and
    can be served.

    - `name`: in tables, settings and addresses.
    - `ranks`: `customers`, in one order for all products; `products`, in an order of their own
      for each; `feature`, a part of the engagement score; `chance`, the baseline.
    - `label`: in a sentence.
    - `is_charted`: whether the charts show it.
    - `is_candidate`: whether it may be chosen to serve.
    - `is_fitted`: whether a program fits it (`audience evidence`); until then no customer has a score.
    - `scores_all_candidates`: whether it scores customers without a shared attribute or neighbouring
      product too; only the others count as pairs with a signal in campaigns.
    - `description`: what it orders customers by.
#}
{% macro rankings() %}
    {{ return([
        {'name': 'engagement', 'ranks': 'customers', 'is_charted': true, 'is_candidate': true,
         'label': 'engagement score',
         'description': 'the published score: interactions, products, kind of events, frequency and recency'},
        {'name': 'engagement_logarithmic', 'ranks': 'customers', 'is_charted': false, 'is_candidate': true,
         'label': 'engagement score on a logarithmic scale',
         'description': 'the same features on a logarithmic scale'},
        {'name': 'activity', 'ranks': 'customers', 'is_charted': true, 'is_candidate': true,
         'label': 'activity',
         'description': 'number of products, and how recent the last interaction is'},
        {'name': 'recent_activity', 'ranks': 'customers', 'is_charted': true, 'is_candidate': true,
         'label': 'recent activity',
         'description': 'interactions of the last 30 days by days since the last one'},
        {'name': 'decayed_activity', 'ranks': 'customers', 'is_charted': false, 'is_candidate': true,
         'label': 'decayed activity',
         'description': 'number of products, each counting half after every half-life, which the past of the log chooses'},
        {'name': 'return_propensity', 'ranks': 'customers', 'is_charted': false, 'is_candidate': true,
         'is_fitted': true, 'label': 'return propensity',
         'description': 'probability to come back, fitted by `audience evidence` at an earlier cutoff'},
        {'name': 'popular', 'ranks': 'customers', 'is_charted': false, 'is_candidate': false,
         'label': 'popularity',
         'description': 'mean number of customers of the products touched'},
        {'name': 'hybrid', 'ranks': 'products', 'is_charted': false, 'is_candidate': true,
         'scores_all_candidates': true, 'label': 'combination',
         'description': 'activity, shared attributes and neighbouring products together'},
        {'name': 'item_neighbours', 'ranks': 'products', 'is_charted': false, 'is_candidate': true,
         'label': 'neighbouring products',
         'description': 'products that the same customers touch'},
        {'name': 'sequential_rules', 'ranks': 'products', 'is_charted': false, 'is_candidate': true,
         'label': 'sequential rules',
         'description': 'products that customers touch soon after'},
        {'name': 'random_walk', 'ranks': 'products', 'is_charted': false, 'is_candidate': true,
         'label': 'random walk',
         'description': 'a walk over shared products (RP3beta)'},
        {'name': 'category_affinity', 'ranks': 'products', 'is_charted': false, 'is_candidate': true,
         'scores_all_candidates': true, 'label': 'category affinity',
         'description': 'number of products, and the share that has the attributes'},
        {'name': 'attribute_affinity', 'ranks': 'products', 'is_charted': false, 'is_candidate': true,
         'label': 'attribute affinity',
         'description': 'how many touched products have the attributes'},
        {'name': 'repurchase', 'ranks': 'products', 'is_charted': false, 'is_candidate': true,
         'label': 'repurchase',
         'description': 'earlier purchases, where audiences keep the customers who purchased'},
        {'name': 'als', 'ranks': 'products', 'is_charted': false, 'is_candidate': true,
         'is_fitted': true, 'label': 'collaborative filtering (ALS)',
         'description': 'factors of customers and products, fitted by `audience evidence`'},
        {'name': 'total_interactions', 'ranks': 'feature', 'is_charted': true, 'is_candidate': false,
         'label': 'number of interactions',
         'description': 'interactions'},
        {'name': 'unique_products', 'ranks': 'feature', 'is_charted': false, 'is_candidate': false,
         'label': 'number of products',
         'description': 'distinct products'},
        {'name': 'avg_event_score', 'ranks': 'feature', 'is_charted': false, 'is_candidate': false,
         'label': 'kind of interactions',
         'description': 'mean weight of the events'},
        {'name': 'interaction_frequency', 'ranks': 'feature', 'is_charted': false, 'is_candidate': false,
         'label': 'interactions per day',
         'description': 'interactions per day'},
        {'name': 'recency_score', 'ranks': 'feature', 'is_charted': false, 'is_candidate': false,
         'label': 'recency',
         'description': 'days since the last interaction'},
        {'name': 'random', 'ranks': 'chance', 'is_charted': true, 'is_candidate': false,
         'label': 'random',
         'description': 'chance'},
    ]) }}
{% endmacro %}


{# Places of a list that a ranking fills by itself; after them come customers by activity. #}
{% macro list_depth() %}
    {{ return([list_sizes() | max, var('top_n') | int] | max) }}
{% endmacro %}
