{#
    What products share: their attributes, and the words of their names. Names are an
    attribute that is called like one or, where no attributes are given, those of the log. Rare
    ones say more; the weights of a product add up to 1.
#}
{% set names = ['product_name', 'name', 'title', 'description'] %}
{% set input = describe_input('product_attributes') %}
{% set columns = attribute_columns(input) %}
-- depends_on: {{ ref('stg_product_attributes') }}
-- depends_on: {{ ref('stg_product_names') }}
with given as (
    {% for name in columns %}
    {% set value = 'attribute_' ~ loop.index %}
    {% set is_name = name in names %}
    select
        product_id,
        {{ is_name | lower }} as is_word,
        {% if is_name %}
        {{ each_word(value) }} as attribute
        {% else %}
        {{ text_literal(name ~ ': ') }} || lower({{ value }}) as attribute
        {% endif %}
    from {{ ref('stg_product_attributes') }}
    where outcome = 'accepted' and {{ value }} is not null
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        product_id,
        true as is_word,
        {{ each_word('product_name') }} as attribute
    from {{ ref('stg_product_names') }}
    {% endfor %}
),

distinct_attributes as (
    select distinct
        product_id,
        is_word,
        attribute
    from given
    where attribute <> ''
),

product_count as (
    select count(distinct product_id) as product_count
    from distinct_attributes
),

-- An attribute of a single product connects it with no other; a word of many names says
-- nothing.
rarities as (
    select
        distinct_attributes.is_word,
        distinct_attributes.attribute,
        -- A decimal: the weight of an only attribute is 1, not nearly 1.
        cast(
            ln(
                cast(max(product_count.product_count) + 1 as double) / (count(*) + 1)
            ) + 0.1 as decimal(18, 12)
        ) as rarity
    from distinct_attributes
    cross join product_count
    group by distinct_attributes.is_word, distinct_attributes.attribute
    having
        count(*) > 1
        and (
            not distinct_attributes.is_word
            or count(*) <= 0.02 * max(product_count.product_count)
        )
),

weighted as (
    select
        distinct_attributes.product_id,
        distinct_attributes.attribute,
        rarities.rarity,
        cast(
            cast(rarities.rarity as double)
            / cast(
                sum(rarities.rarity) over (
                    partition by distinct_attributes.product_id
                ) as double
            ) as decimal(18, 12)
        ) as attribute_weight
    from distinct_attributes
    inner join rarities
        on
            distinct_attributes.is_word = rarities.is_word
            and distinct_attributes.attribute = rarities.attribute
)

select * from weighted
