{#
    What products share: the texts of their attributes or, where no attributes are given, the
    words of their names. Rare ones say more; the weights of a product add up to 1.
#}
{% set input = describe_input('product_attributes') %}
{% set columns = attribute_columns(input) %}
-- depends_on: {{ ref('stg_product_attributes') }}
-- depends_on: {{ ref('stg_product_names') }}
with given as (
    {% for name in columns %}
    select
        product_id,
        {{ text_literal(name ~ ': ') }} || lower(attribute_{{ loop.index }})
            as attribute
    from {{ ref('stg_product_attributes') }}
    where outcome = 'accepted' and attribute_{{ loop.index }} is not null
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        product_id,
        {{ each_word('product_name') }} as attribute
    from {{ ref('stg_product_names') }}
    {% endfor %}
),

distinct_attributes as (
    select distinct
        product_id,
        attribute
    from given
    where attribute <> ''
),

product_count as (
    select count(distinct product_id) as product_count
    from distinct_attributes
),

-- An attribute of a single product connects it with no other; a word that many names have
-- says nothing.
rarities as (
    select
        distinct_attributes.attribute,
        ln(
            cast(max(product_count.product_count) + 1 as double) / (count(*) + 1)
        ) + 0.1 as rarity
    from distinct_attributes
    cross join product_count
    group by distinct_attributes.attribute
    having
        count(*) > 1
        {%- if not columns %}
        and count(*) <= 0.02 * max(product_count.product_count)
        {%- endif %}
),

weighted as (
    select
        distinct_attributes.product_id,
        distinct_attributes.attribute,
        rarities.rarity,
        cast(
            rarities.rarity
            / cast(
                sum(cast(rarities.rarity as decimal(18, 12))) over (
                    partition by distinct_attributes.product_id
                ) as double
            ) as decimal(18, 12)
        ) as attribute_weight
    from distinct_attributes
    inner join rarities on distinct_attributes.attribute = rarities.attribute
)

select * from weighted
