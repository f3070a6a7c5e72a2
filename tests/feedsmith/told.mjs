// Prints what feedsmith understands of each feed named on the command line: [[id, title, seconds], …] of each.
import { readFileSync } from 'node:fs'
import { parseFeed } from 'feedsmith'

const seconds = (written) => Math.floor(new Date(written).getTime() / 1000)

const TOLD = {
  rss: (feed) => feed.items.map((item) => [item.guid.value, item.title, seconds(item.pubDate)]),
  atom: (feed) => feed.entries.map((entry) => [entry.id, entry.title.value ?? entry.title, seconds(entry.published)]),
  json: (feed) => feed.items.map((item) => [item.id, item.title, seconds(item.date_published)]),
}

const feeds = process.argv.slice(2).map((path) => parseFeed(readFileSync(path, 'utf-8')))
console.log(JSON.stringify(feeds.map(({ format, feed }) => TOLD[format]({ items: [], entries: [], ...feed }))))
