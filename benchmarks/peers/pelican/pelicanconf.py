SITENAME = "The Archive"
SITEURL = "https://archive.example"
PATH, OUTPUT_PATH, THEME, CACHE_PATH = "content", "public", "theme", "cache"
TIMEZONE = "UTC"
DEFAULT_DATE_FORMAT = "%-d %B %Y"
CACHE_CONTENT = LOAD_CONTENT_CACHE = True
CHECK_MODIFIED_METHOD = "mtime"
GZIP_CACHE = False
PLUGIN_PATHS, PLUGINS = ["."], ["neighbours"]
FORMATTED_FIELDS = []
STATIC_PATHS = []
MARKDOWN = {"extension_configs": {"markdown.extensions.extra": {}, "markdown.extensions.toc": {}}}
DEFAULT_CATEGORY = "news"
USE_FOLDER_AS_CATEGORY = False

_ARTICLE, _DAY = "{date:%Y}/{date:%m}/{date:%d}/{slug}/", "timeline/{date:%Y}/{date:%m}/{date:%d}/"
ARTICLE_URL, ARTICLE_SAVE_AS = _ARTICLE, _ARTICLE + "index.html"
TAG_URL, TAG_SAVE_AS, TAGS_SAVE_AS = "tags/{slug}/", "tags/{slug}/index.html", "tags/index.html"
AUTHOR_URL, AUTHOR_SAVE_AS, AUTHORS_SAVE_AS = "authors/{slug}/", "authors/{slug}/index.html", "authors/index.html"
DAY_ARCHIVE_URL, DAY_ARCHIVE_SAVE_AS = _DAY, _DAY + "index.html"
MONTH_ARCHIVE_URL, MONTH_ARCHIVE_SAVE_AS = _DAY[:-10], _DAY[:-10] + "index.html"
YEAR_ARCHIVE_URL, YEAR_ARCHIVE_SAVE_AS = _DAY[:-20], _DAY[:-20] + "index.html"
ARCHIVES_SAVE_AS = "timeline/index.html"
CATEGORY_SAVE_AS = CATEGORIES_SAVE_AS = DRAFT_SAVE_AS = ""
SITEMAP_SAVE_AS = "sitemap.xml"
DIRECT_TEMPLATES = ["index", "tags", "authors", "archives", "sitemap"]
PAGINATED_TEMPLATES = {"tag": 50, "author": 50}
PAGINATION_PATTERNS = [
    (1, "{base_name}/", "{base_name}/index.html"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
]

FEED_MAX_ITEMS = 50
RSS_FEED_SUMMARY_ONLY = False
FEED_ALL_RSS, FEED_ALL_ATOM = "feed/rss.xml", "feed/atom.xml"
TAG_FEED_RSS, TAG_FEED_ATOM = "tags/{slug}/rss.xml", "tags/{slug}/atom.xml"
AUTHOR_FEED_RSS, AUTHOR_FEED_ATOM = "authors/{slug}/rss.xml", "authors/{slug}/atom.xml"
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
