{#
    The reasons for a customer's rank, in a sentence.

    Args:
        customers: the relation `customers`.
        customer_count: the number of customers.
        as_of_at: the reference time.
#}
{% macro score_explanation(customers, customer_count, as_of_at) -%}
    {%- set contributions = [] -%}
    {%- for feature in engagement_features() -%}
        {%- do contributions.append(customers ~ '.' ~ feature ~ '_contribution') -%}
    {%- endfor -%}
    'Number ' || {{ whole_number_text(customers ~ '.customer_rank') }}
        || ' of ' || {{ whole_number_text(customer_count) }}
        || case {{ customers }}.customer_ranking
        {%- for ranking in rankings() if ranking.ranks == 'customers' %}
            when {{ text_literal(ranking.name) }}
                then {{ text_literal(' by ' ~ ranking.label) }}
        {%- endfor %}
        end || ': '
        || {{ counted(customers ~ '.total_interactions', 'interaction') }} || ' with '
        || {{ counted(customers ~ '.unique_products', 'product') }} || ', last seen '
        || {{ counted(dbt.datediff(customers ~ '.last_interaction_at', as_of_at, 'day'), 'day') }}
        || ' before ' || cast(cast({{ as_of_at }} as date) as {{ dbt.type_string() }})
        || '.' || case when {{ customers }}.customer_ranking = 'engagement' then
            ' What counts most: '
        || case greatest({{ contributions | join(', ') }})
        {%- for feature in engagement_features() %}
            when {{ customers }}.{{ feature }}_contribution
                then {{ text_literal(ranking_label(feature)) }}
        {%- endfor %}
        end || '.' else '' end
{%- endmacro %}


{# A number with its noun in the singular or plural: 1 product, 2 products. #}
{% macro counted(number, noun) -%}
    {{ whole_number_text(number) }}
            || case when {{ number }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}
